"""Query trees to shapes, what changes between two contracts, whether documents fit; pure."""
