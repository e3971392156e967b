"""Revision files as facts, read without running them."""
