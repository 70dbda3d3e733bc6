"""Web: pages, components and charts."""
