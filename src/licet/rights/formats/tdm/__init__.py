"""W3C TDMRep: reservations of text and data mining, and the policies that they lead to."""
