"""The builder's pages: what they offer and show, and what is made of their forms."""
