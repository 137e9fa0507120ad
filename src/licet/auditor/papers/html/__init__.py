"""HTML: one page with the tables, the figures and the plots of a report, written without a library."""
