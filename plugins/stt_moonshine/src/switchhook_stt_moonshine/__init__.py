"""Speech to text by Moonshine tiny, English, from a model that is part of the installed package."""
