"""How calls reach a server: sockets, tries, and what replies mean. It knows nothing of environments."""
