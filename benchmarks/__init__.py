"""Measurements that print a table and write JSON. Nothing in the package or its tests depends on them."""
