"""Finding a lead by whatever somebody remembers of them, and doing something by its name.

finding: leads by name, company, mail, phone or external id, and those that are not one's to see,
masked · commands: where one may go and what one may do · recent: whom one looked at last.
"""
