"""tocsin.demo."""
