"""Where does scheduling keep things? All of its SQL, one file a noun: `invites`, `windows`, `reminders`."""
