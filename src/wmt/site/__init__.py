"""The site: the Django project. It reads the ledger's figures through presenters and holds no arithmetic."""
