"""Who is logged in: tokens that are good once, logins that outlive the server, rights."""
