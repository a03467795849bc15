"""The commands of core, a module each, imported when its command runs. Imports all but `testing`."""
