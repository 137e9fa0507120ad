"""What strangers' documents are written in (JSON, JSON-LD, XML, HTML, robots.txt), read within bounds."""
