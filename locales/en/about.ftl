# What the portal says about itself.

accessibility-heading = Accessibility statement
accessibility-lead = Everyone should be able to use this portal. We build it to WCAG 2.2 at levels A and AA.
accessibility-how = How the portal is made
accessibility-keyboard = Everything can be done with only a keyboard, and it is visible where you are.
accessibility-script = The pages work without scripts and are read in the right order by screen readers.
accessibility-zoom = The content adapts to small screens and to four times magnification.
accessibility-colour = Status is shown in words and never by colour alone. Light and dark appearance follow your setting.
accessibility-language = Everything exists in Bokmål, Nynorsk and English. Names and descriptions from vendors are shown in your language where the vendor has given them in it, and otherwise in a language they were given in.
accessibility-known = Known shortcomings
accessibility-known-text = We know of no failures to meet the requirements. The pages are tested automatically in every language, on small and large screens, each time the portal changes.
accessibility-tell = Tell us
accessibility-tell-text = If you meet a barrier, we would like to know. Contact the organisation that runs the portal and say what you tried to do and on which page.

privacy-lead = We keep as little as possible about you, and only what is needed to show who gave which systems access.
privacy-kept = What we keep, and for how long
privacy-names = Names
privacy-names-text = Your name is kept only in the register of people and organisations, and is fetched from there when it is shown.
privacy-numbers = National identity number
privacy-numbers-text = Never kept in readable form. We keep a code that is computed with a secret key, to recognise you when you log in.
privacy-logins = Logins
privacy-logins-text =
    { $n ->
        [one] Deleted after { $shown } day.
       *[other] Deleted after { $shown } days.
    }
privacy-requests = Answered requests
privacy-requests-text =
    { $n ->
        [one] Deleted { $shown } year after they were decided.
       *[other] Deleted { $shown } years after they were decided.
    }
privacy-jobs = Changes to many clients at once
privacy-jobs-text =
    { $n ->
        [one] The list of clients and what came of it are deleted after { $shown } day, and a list that was only looked through after one day. Lines that cannot be read are kept as line numbers only.
       *[other] The list of clients and what came of it are deleted after { $shown } days, and a list that was only looked through after one day. Lines that cannot be read are kept as line numbers only.
    }
privacy-history = History
privacy-history-text = Who gave and revoked access is kept, so that the organisation can verify it. The history points to the register and does not contain your name.
privacy-addresses = E-mail addresses for notices
privacy-addresses-text = Only those that the organisation has added. If whoever gets the e-mail does not answer within 7 days, the address is deleted. When the notices are turned off, or the address is removed, it is deleted at once. For 30 days only a code stays, from which the address cannot be read, so that we do not ask it again. An e-mail on its way is deleted when it has been sent, and after 3 days at the latest.
privacy-cookies = Cookies
privacy-cookies-text = We use only those that the portal needs to work. None are used for statistics or advertising.
privacy-cookie-session = Session
privacy-cookie-session-text = Keeps you logged in. Gone when you log out, after 30 minutes without activity or after two hours. What the login confirms about organisations that you manage access for is gone at the same time.
privacy-cookie-language = Language
privacy-cookie-language-text = Remembers which language you have chosen.
privacy-cookie-login = Login
privacy-cookie-login-text = Ties the login to your browser. Lasts for at most 10 minutes.
privacy-rights = Your rights
privacy-rights-text = You can ask to see what is kept about you, and have errors corrected. Contact the organisation that runs the portal.

about-lead = This is where an organisation decides which computer systems may use public services on its behalf.
about-what = What is a system access?
about-what-text = A system access lets a system, such as an accounting program, fetch and send information for the organisation without a person logging in. It covers only the services that have been approved.
about-who = Who can approve?
about-who-text = The vendor of the system asks for access. The managing director, or others who manage access for the organisation, approve or reject, and can give only what they have themselves.
about-control = The organisation is in control
about-control-text = The access can be revoked at any time, and that takes effect at once. Everything that happens is recorded.
