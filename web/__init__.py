"""The door for a browser and for programs. Reads storage only."""
