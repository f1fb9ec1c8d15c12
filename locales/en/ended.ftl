# Access that ended when the organisation was deleted in the register, and organisations that are deleted.

ended-title = Ended access for { $party }
ended-heading = Ended access
ended-lead = This access ended when { $party } was deleted in the register. It does not come back by itself. You can give it again.
ended-none = No access ended in this way.
ended-when = Ended
ended-anew = Give again
ended-given = Given again
ended-notice = Some access ended when the organisation was deleted in the register.
ended-notice-link = See it and give it again
ended-user = The access ended { $day }
ended-user-text = The organisation was deleted in the register. It is registered again now, but the access stays ended.
anew-title = Give { $title } access again
anew-heading = Give { $title } access again
anew-lead = The system gets the same as before: it can use what is listed below on behalf of { $party } as soon as the access is given.
anew-lead-clients = The system gets the same as before with { $party }, but no clients. You add those afterwards.
anew-changed = Something has changed since you saw it
anew-changed-text = Nothing has been given. Go through it again.
anew-not = Do not give it again
parties-ended = Deleted organisations
parties-ended-text = You had a role in these when they were deleted in the register. You can read what has happened, but not act for them.
parties-ended-history = See the history
parties-ended-since = Deleted { $day }
history-of-ended = The organisation is deleted in the register
history-of-ended-text = You can read the history because you had a role in the organisation when it was deleted.
