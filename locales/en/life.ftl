# The life of a system access: pause, end date, name.

system-user-ended = The access expired on { $day }
system-user-ended-text = The system can no longer use it. Its contents and clients remain, so you can renew it whenever you like.
system-user-ends = The access expires after { $day }
system-user-ends-text = After that day the system cannot use it, and work in progress stops.
system-user-renew-link = Renew the access
system-user-never-used = Not used yet

upkeep-heading = Manage the access
upkeep-rename = Give the access another name
upkeep-rename-button = Save the name
upkeep-end-set = Set an end date
upkeep-end-change = Change the end date
upkeep-end-button = Save the end date
upkeep-end-remove = Remove the end date
upkeep-renew = Renew until a new date
upkeep-renew-button = Renew
upkeep-pause = Pause
upkeep-pause-text = If you pause the access, the system cannot use it until you resume it. Its contents and clients remain. Once revoked, it is gone for good.
upkeep-resume = Resume the access
upkeep-resume-text = The access is paused: the system cannot use it until you resume it. Its contents and clients are as before.

title-empty = Write a name for the access.
title-too-long = The name can have at most 255 characters.
title-character = The name has a character that cannot be seen. Write it again.
day-missing = Choose the last day that the access is to last.
day-not-a-day = Write a day that exists, for example 31.12.2027.
day-passed = Choose a day that has not passed.

words-flash-renamed = The access is now called { $name }.
words-flash-paused = The access for { $name } is paused.
words-flash-resumed = The access for { $name } is no longer paused.
words-flash-end-set = The end date for { $name } has been saved.
words-flash-end-removed = The end date for { $name } has been removed.
