"""The names of the sockets (FileDescriptorName= in the units) besides the control socket."""

PAGE = "page"  # TCP
LOCAL = "local"  # Unix, for members of its group
