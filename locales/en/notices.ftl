# E-mail notices: who gets them, and what they say.

notices-title = E-mail notices for { $party }
notices-heading = E-mail notices for { $party }
notices-lead = Choose who gets an e-mail when something awaits the organisation:
notices-when-waiting = A request awaits an answer, or someone has forwarded it.
notices-when-half = Half the time to answer has gone.
notices-when-ends = A system access expires in 30 days.
notices-when-clients = Clients have been removed because their engagement has ended.
notices-when-ended = An organisation that you act for, or that acts for you, has been deleted in the register.
notices-what = The e-mail says what it is about and has a link to here. What has been given or asked for is never in it. You get at most one a day.
notices-off = No e-mail is sent from here
notices-off-text = The portal has not been set up to send e-mail yet. What awaits you is in the overview.
notices-addresses = Addresses
notices-none = Nobody gets notices.
notices-asked = Asked { $day }, not confirmed
notices-confirmed = Gets notices
notices-failed = An e-mail did not arrive { $day }
notices-remove = Remove
notices-add = Add an address
notices-email = E-mail address
notices-email-text = Whoever gets e-mail at the address must first say yes in an e-mail that we send there.
notices-language = Language of the e-mail
notices-add-button = Add the address
notices-not-an-address = Write a whole e-mail address, for example name@company.com.
notices-already-there = The address has been added already.
notices-quiet = The address has just been asked, or has said no. Wait before you ask again.
notices-too-many = You can have at most 10 addresses, and ask at most 10 a day.
notices-flash-asked = We have sent an e-mail to { $name } and asked.
notices-flash-removed = The address has been removed.

mailed-asked-title = Do you want notices from { $party }?
mailed-asked = Do you want notices about the system accesses of { $party }?
mailed-asked-text = Then { $email } gets at most one e-mail a day when something is waiting. You can turn it off at any time.
mailed-confirm = Yes, send me notices
mailed-refuse = No thanks
mailed-on-title = You get notices from { $party }
mailed-on = You get notices about the system accesses of { $party }
mailed-on-text = They go to { $email }.
mailed-stop = Turn the notices off
mailed-off = The address gets no notices
mailed-off-text = We have deleted the address. You need not do anything more. If you do want notices, the organisation can add it again.

mail-hello = Hello,
mail-question-subject = Do you want notices from Systembruker?
mail-question-lead = { $party } would like this address to get notices about system accesses: when a request awaits an answer, or when something expires. Say yes or no here:
mail-question-no = If this means nothing to you, you need not do anything. You will not hear from us again.
mail-subject = Something awaits you in Systembruker
mail-lead = This is about { $party }:
mail-why = You get this because the address has been added for { $party } and confirmed. Turn it off here:
mail-waiting =
    { $n ->
        [one] A request awaits an answer.
       *[other] { $shown } requests await an answer.
    }
mail-sent-on =
    { $n ->
        [one] A request has been forwarded and awaits an answer.
       *[other] { $shown } requests have been forwarded and await an answer.
    }
mail-half-time =
    { $n ->
        [one] Half the time to answer a request has gone.
       *[other] Half the time to answer { $shown } requests has gone.
    }
mail-ends-soon =
    { $n ->
        [one] A system access expires within 30 days.
       *[other] { $shown } system accesses expire within 30 days.
    }
mail-clients-removed =
    { $n ->
        [one] A client has been removed because its engagement has ended.
       *[other] { $shown } clients have been removed because their engagements have ended.
    }
mail-organisation-ended =
    { $n ->
        [one] An organisation that you act for, or that acts for you, has been deleted in the register. What rested on it has ended.
       *[other] { $shown } organisations that you act for, or that act for you, have been deleted in the register. What rested on them has ended.
    }
