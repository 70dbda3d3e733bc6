"""Is a commit the same as another to those who use it? `make same BEFORE=<commit>` says where it is not."""
