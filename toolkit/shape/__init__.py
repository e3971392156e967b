"""Query trees to shapes, and what changes between two contracts; pure."""
