# The account's first page. Its title is `account` in common.ftl. Each of these leads to a page, and beside it stands in what
# state it is.
account-password-changed = Your password is changed, and you are signed out everywhere else.
account-signing-in = How you sign in
account-password = Password
account-passkeys = Passkeys
account-authenticator = Authenticator app
account-codes = Recovery codes
account-email = E-mail address
account-access = Who has access
account-data = Your data
account-export = Download all that is kept of you
# The state of a password.
state-set = Set
state-unset = None
# The state of passkeys.
state-passkeys = On
state-no-passkeys = None
# The state of the authenticator app.
state-on = On
state-off = Off
# How many recovery codes are left.
state-codes = { $count ->
    [0] None left
   *[other] { $count } left
}
# In how many browsers one is signed in: 1 is the one in which this is read.
state-sessions = { $count ->
    [1] Only here
   *[other] { $count } browsers
}

# Applications that someone allowed to see or do something.
applications-title = Applications you allowed
applications-none = None has access to your account.
applications-lead = Take back what you no longer want to share: the application is cut off at once, and has to ask you again.
applications-about = About it
applications-offline = It stays connected while you are away.
# Since when.
applications-since = Allowed
last-used = Last used
# On a button, and the same button read out: $application is whose access it is. It begins with the words on the button.
applications-revoke = Take back access
applications-revoke-of = Take back access of { $application }

# Where someone is signed in: a list of browsers.
sessions-title = Where you are signed in
sessions-lead = If you do not know one of these, sign it out and change your password.
sessions-here = This browser
# Since when.
sessions-since = Signed in
# The network's (IP) address.
sessions-address = Address
# The city and country.
sessions-place = Place
# The button `sign-out` read out: $browser is one of `browser-…`, such as Firefox on Linux. They begin with the words of
# `sign-out`.
sessions-end = Sign out of { $browser }
sessions-end-here = Sign out of { $browser }, this browser
sessions-end-others = Sign out everywhere else
sessions-unknown = That browser is not signed in
sessions-unknown-message = You may have signed out there meanwhile.

# A browser, by its name and its system's: Firefox, Linux.
browser-on = { $browser } on { $system }
browser-of-system = A browser on { $system }
browser-unknown = A browser

# A place: Paris, France.
place = { $city }, { $country }

# Deleting one's account. $date is a day.
delete-title = Delete your account
delete-lead = You are signed out everywhere, and every application is cut off. On { $date } the account and all that is kept of you is removed. If you sign in before, it stays.
delete-before = Before you go
delete-export = Download your data first
delete-email = Type your e-mail address, so that this is no slip
delete-wrong = That is not the e-mail address of this account.
delete-confirm = Delete my account
delete-back = Keep it
# After that.
leaving-title = Your account will be deleted
leaving-lead = You are signed out everywhere. If you change your mind, sign in before the day that you were told: then it stays.
leaving-sign-in = Sign in and keep it
# After signing in again.
staying-title = Your account stays
staying-lead = It was to be deleted. As you signed in, it is not.
staying-delete = Delete it after all

# The e-mail address of an account, and changing it.
email-title = Your e-mail address
# $email is the address.
email-unverified = You have not confirmed { $email } yet.
email-verify = Send me a link to confirm it
email-new = New e-mail address
email-hint-both = It takes a link at the new address and one at the address that you have now.
email-hint-new = It takes a link at the new address.
email-change = Change it
email-same = That is your address already.
email-taken = This address is in use
email-taken-message = Another account has it by now. Nothing was changed.
# The pages that links lead to: $email is the address.
email-confirm-new = Confirm your new address
email-confirm-new-lead = This will be the address of your account: { $email }
email-confirm-own = Confirm your address
email-confirm-own-lead = This is the address of your account: { $email }
email-confirm = Confirm
