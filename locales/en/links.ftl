# Pages that lead to a link in an e-mail, and those that such links lead to. “Message” is an e-mail here.

to-sign-in = To sign-in
back-to-sign-in = Back to sign-in

# A forgotten password.
forgot-title = Forgot your password?
forgot-lead = Enter your e-mail or user name. You get a message with a link by which you set a new one.
forgot-identifier = E-mail or user name
forgot-send = Send the link
forgot-missing = Enter your e-mail or user name.

# Making an account begins with an e-mail address.
register-title = Create an account
register-lead = Enter your e-mail address. You get a message with a link to go on.
# $domains are the only domains that addresses may be of, with commas between them.
register-lead-domains = Enter your e-mail address. You get a message with a link to go on. It has to be an address of { $domains }.
register-email = E-mail
# $count is how many domains there are.
register-wrong-domain = { $count ->
    [one] Use an address of { $domains }.
   *[other] Use an address of one of these: { $domains }.
}
register-wrong-address = Enter an e-mail address such as name@example.com.
register-closed = Accounts are not made here
register-closed-message = Ask whoever runs this service for an account or an invitation.

# It goes on by the link: $email is the address that was proven, below the title.
new-account-for = for { $email }
new-account-name = Your name
new-account-password = Password
new-account-create = Create the account
new-account-name-missing = Enter your name, or what you want to be called.
# $count is how many characters it may have.
new-account-name-wrong = Enter a name of at most { $count } characters.
new-account-there = You have an account already
new-account-there-message = An account with your address was made meanwhile. Sign in with it.

# A new password instead of a forgotten one. The lead is below the title: $email is the address of the account.
reset-title = Set a new password
reset-lead = for { $email }. You are signed out everywhere else then.
reset-password = New password
reset-set = Set the password

# Below the field of a password, here and where an account is made. $count is how many characters it has at the least.
choose-password-hint = At least { $count } characters. A few words in a row are easy to remember.

# What happened, and what comes next.
sent-title = Check your mail
sent-forgot = If there is an account for what you entered, a message with a link is on its way. The link works once, within an hour. If nothing comes, look into the folder for spam.
sent-register = A message is on its way to the address that you entered. Open its link to go on. If nothing comes, look into the folder for spam.
sent-change = Messages are on their way to the address that you entered and, if you have confirmed it before, to the one that you have. Your address changes once the links in all of them were used.
sent-verify = A message is on its way to your address. Open its link to confirm it.
change-half = Half done
change-half-message = You have confirmed it here. Now open the link in the message to the other address.
change-done = Your address was changed
change-done-message = Messages go to your new address from now on, and you sign in with it.
verify-done = Your address is confirmed
verify-done-message = Thank you. There is nothing else to do.

# A link that was used, is too old, or never was; and where there is another one.
link-over = This link does not work any more
link-over-message = It was used before, is too old, or was not copied as a whole.
link-renew = Get a new link
link-to-address = To your address
link-to-password = Set a new password

# The page of “This was not me”, a link in e-mails about the safety of an account. $email is the address of the account.
not-me-title = Secure your account
not-me-lead = If what the message tells was not you, someone else may be using the account of { $email }.
not-me-when = When you go on:
not-me-signed-out = You are signed out everywhere, and every application has to ask you again.
not-me-password = Your password stops working at once. You choose a new one on the next page.
not-me-factors = If the message is about an authenticator or a passkey that was added, that one is removed, with the recovery codes that were made with it or since. All others stay: once you are signed in, look at them on the pages of your account, and remove what you do not know.
not-me-close = If it was you after all, close this page: nothing is changed.
not-me-go-on = It was not me: secure my account

# Where e-mail was not set up.
no-mail = This is not available here
no-mail-message = It takes e-mail, which was not set up. Ask whoever runs this service.
