"""Reading of pages and listings: bytes or text in, an article or a listing out. Pure functions, no database."""
