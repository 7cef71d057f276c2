"""What becomes of a mail once it has left: opened, clicked, refused for the future; and who did it, a person or a robot."""
