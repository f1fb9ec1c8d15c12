# Changes of a system access.

change-title = Change of the system access { $title }
change-asks = { $vendor } asks to change the system access { $title }
change-lead = Once the change is approved, what the system can use on behalf of { $party } changes. Nothing changes until then.
change-comes = What the system gets in addition
change-goes = What the system loses
change-stays = What the system keeps
change-came = What the system was given
change-went = What the system lost
change-asked-comes = What the vendor asked to add
change-asked-goes = What the vendor asked to remove
change-nothing = The system access is already as the vendor asks for. Nothing changes if you approve.
change-valid-to = New end date
change-valid-to-day = The access lasts until the end of { $day }
change-approve = Approve the change
change-reject = Reject the change
change-accepted-heading = The change of { $title } has been approved
change-rejected-heading = The change of { $title } has been rejected
change-rejected-by = Rejected by { $who }, { $when }. The system access is as before.
change-timed-out-text = The time to answer ran out on { $when }. The system access is as before. The vendor can send a new request.
change-revoked = The system access has been revoked
change-revoked-text = It was revoked after the request was sent, so there is nothing to change.
change-end-passed-text = The vendor asked for an end date that has now passed, so the change cannot be approved. Ask the vendor to send a new request if you need the change.
change-reject-title = Reject the change of { $title }
change-reject-heading = Reject the change that { $vendor } asks for?
change-reject-text = The system access { $title } then stays as it is. The vendor will see that the change was rejected.
