"""What a text sounds like: from what authors and models write to what a voice is given. Pure; it imports
nothing of core, and its work grows with a text's length and no faster."""
