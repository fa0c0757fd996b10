"""What needs no evaluation: counts below every threshold, minutes and hours in which nothing can be found."""
