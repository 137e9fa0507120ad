"""XMP packets, and what PLUS and IPTC say of rights in them."""
