"""What pages leave for the next one, where the database did not take it."""

LEAVE = """([id, code, sent]) => {
  const left = { id, name: "Newer", code, changed: Date.now(), revision: 0, versions: [], unread: false };
  localStorage.setItem(`gym-http.left.${id}`, JSON.stringify({ ...left, sent, copy: "fedcba9876543210" }));
}"""
"""What a page leaves whose last write arrived in the database after its end."""
