"""All tables of rules that have a page, in the order in which they are listed."""

from wmt.site.web.rules import activity_tables, published

TABLES = (*published.TABLES, *activity_tables.TABLES)
BY_NAME = {table.name: table for table in TABLES}
