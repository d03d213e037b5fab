"""Content: what customers and agents wrote. Only storage/content.py knows these tables, only the gate calls it."""
