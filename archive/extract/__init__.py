"""A page or listing as text -> what it says. Pure functions, no database."""
