"""Speech to text by Whisper tiny, English, from a model that is part of an installed package.

It makes half of Moonshine's errors and takes four times as long, too long for interims: there are none.
"""
