"""What is compared with what: each scenario gives figures."""
