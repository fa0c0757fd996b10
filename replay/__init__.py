"""What would have fired? Recorded mentions through the live functions, without a broker."""
