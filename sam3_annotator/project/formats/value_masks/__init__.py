"""Masks whose values or colours tell instances or categories apart."""
