"""What a person who takes a call over is told of it. It listens to the talk, and adds to the hand-over."""
