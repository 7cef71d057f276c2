"""What the words to contacts are: templates, their fields, and how they are filled (C3)."""
