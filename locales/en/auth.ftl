# Logging in and out.

login-retry = Try to log in again
login-cancelled-title = The login was cancelled
login-cancelled-what = You are not logged in. Try again if you want to go on; you will end up where you were going.
login-expired-title = The login can no longer be used
login-expired-what = The login was too old, already used or begun in another browser. Start again in this one.
login-refused-title = The login could not be confirmed
login-refused-what = The answer from the login service did not hold, so we did not let it through. Try again. If it keeps happening, contact us with the code at the bottom of the page.
login-no-number-title = The login had no national identity number
login-no-number-what = We need it to find out which organisations you are connected to. Log in with a method that gives a national identity number or d-number.
login-too-weak-title = The login was not secure enough
login-too-weak-what = To give or revoke access you must log in at a higher level of security, for example with BankID.
login-dead-title = The person is registered as dead
login-dead-what = Nobody can log in as a person who is registered as dead. If this is wrong, it must be corrected in the National Population Register first.
login-only-synthetic-title = Only test persons can log in here
login-only-synthetic-what = This is a test environment. Log in as a test person, who has a synthetic national identity number.
login-only-real-title = Test persons cannot log in here
login-only-real-what = The national identity number is synthetic. Log in as yourself, or use the test environment.

logged-out-title = You are logged out
logged-out-text = Your session has ended. If you use a shared computer, close the browser as well.
logged-out-login = Log in

signed-out-title = You need to log in again
signed-out-text = Your session has run out. Nothing has been changed. Log in and you will come back here.
signed-out-weak = What you want to do calls for a more secure login, for example with BankID. Nothing has been changed. Log in and you will come back here.
signed-out-lost = What you sent cannot come along through the login. Enter it again once you have logged in.
signed-out-login = Log in and continue
