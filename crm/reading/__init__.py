"""What the ground floor's pages show, read in few queries and only the columns that are drawn."""
