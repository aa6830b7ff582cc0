"""Where does pairing keep things? All of its SQL, and what is encrypted or hashed how."""
