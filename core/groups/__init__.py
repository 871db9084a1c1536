"""Planning with several people: who they are, what they want, how they decide, who paid."""
