"""What pages read: facts for a whole page in a fixed number of queries, and the pure rules that order them."""
