# Whom to act for.

parties-title = Choose organisation
parties-lead = You are connected to several organisations. Which one do you want to act for? You can switch at any time.
parties-search = Search by name or organisation number
parties-no-hits = Nothing matches “{ $q }”.
parties-chosen = Chosen now
parties-unknown = The login service confirms that you manage access for { $numbers }, but we cannot find the organisation in the register here. If it is new, it will be there when the register has been updated, usually the next day. You cannot act for an organisation that has been deleted.
parties-none-title = You are not connected to any organisation
parties-none-text = To use this site you need a role or an access in an organisation. We found none for you.
parties-none-help = What can help
parties-none-role = Are you the managing director, chair of the board or owner? Check that your role is right in the register of organisations.
parties-none-given = Do you need to manage access for the organisation? Ask the managing director to give you the access package for managing access.
parties-none-wait = Is the role new? It can take a while before it shows here.
