# Signing in and out, the second step, passkeys, and choosing a password. Names of people and applications are $login, $client
# and so on. $count is a whole number.

# Where other ways to do the same are, for screen readers.
other-ways = Other ways

# The sign-in form.
sign-in-identifier = E-mail or user name
sign-in-password = Password
sign-in-with-passkey = Sign in with a passkey
sign-in-forgot = Forgot your password?
sign-in-register = Create an account
sign-in-incomplete = Enter your e-mail or user name, and your password.
sign-in-wrong = That e-mail, user name or password is not right.
sign-in-wrong-passkey = That passkey did not work here. Try again, or sign in with your password.
# $count is how many minutes it is until then.
sign-in-throttled = { $count ->
    [one] There were too many attempts. Try again in { $count } minute, or from a browser in which you signed in before.
   *[other] There were too many attempts. Try again in { $count } minutes, or from a browser in which you signed in before.
}
challenges-throttled = { $count ->
    [one] There were too many attempts. Try again in { $count } minute.
   *[other] There were too many attempts. Try again in { $count } minutes.
}
sign-in-other-account = This application asks for the account that you used with it before. It is another one than the one that is signed in here.

# The same form for someone who is signed in, and is to prove once more who they are. $client is an application.
reauthenticate-title = Confirm it’s you
reauthenticate-lead = Enter your password again to continue.
reauthenticate-lead-client = Enter your password again to continue to { $client }
confirm = Confirm
use-a-passkey = Use a passkey

# The second step of a sign-in.
verify-title = Second step
verify-recovery-code = Enter a recovery code
verify-recovery-code-lead = Use one of the codes that you saved when you set up your second step. Each works once.
verify-recovery-code-label = Recovery code
verify-recovery-code-wrong = That is not one of your recovery codes, or it was used before.
verify-passkey = Use your passkey
verify-passkey-lead = Confirm with the device that has your passkey.
verify-passkey-wrong = That passkey did not work. Try again, or choose another way.
verify-passkey-needs-script = Passkeys need JavaScript.
verify-passkey-needs-script-or-code = Passkeys need JavaScript. Without it, use a recovery code.
verify-totp = Enter your code
verify-totp-lead = Open your authenticator app and enter the code that it shows.
verify-totp-wrong = That code is not right, or was used before. Wait for the next one and try again.
verify-use-totp = Use a code from your authenticator app
verify-use-recovery-code = Use a recovery code instead
# Of an authenticator app.
six-digit-code = Six-digit code
# $count is how many minutes it is until then.
codes-throttled = { $count ->
    [one] There were too many wrong codes. Try again in { $count } minute.
   *[other] There were too many wrong codes. Try again in { $count } minutes.
}

# Setting up an authenticator app; the first lead is for those who choose to, the second for those who have to.
enrol-title = Set up an authenticator
enrol-lead = An authenticator app on your phone shows a new code every half minute. Whoever learns your password still cannot sign in without it.
enrol-lead-demanded = A second step is needed to sign in. An authenticator app on your phone shows a new code every half minute. Whoever learns your password still cannot sign in without it.
enrol-scan = 1. Scan this with your app
enrol-qr = QR code with the key below
# A link, and what comes below it.
enrol-open = Open it on this device
enrol-type = Or type this key:
enrol-confirm = 2. Enter the code that it shows
enrol-turn-on = Turn it on
enrol-not-now = Not now
enrol-wrong = That code is not right. Check that your device shows the right time, and enter the code that it shows now.

# Once an authenticator app is set up.
authenticator-title = Authenticator
authenticator-on = Your authenticator is on
authenticator-lead = You are asked for a code from your authenticator app when you sign in.
# What else there is, for screen readers.
authenticator-more = More
authenticator-recovery-codes = Recovery codes, for when you lose your phone
authenticator-turn-off = Turn it off

# Recovery codes. $count is how many are left; few are left in the first message.
recovery-codes-title = Recovery codes
recovery-codes-lead = They let you in when you do not have your phone. Each works once.
recovery-codes-few = { $count ->
    [0] You have no recovery codes left. Make new ones while you can sign in.
    [one] You have one recovery code left. Make new ones while you can sign in.
   *[other] You have { $count } recovery codes left. Make new ones while you can sign in.
}
recovery-codes-left = { $count ->
    [one] You have { $count } of them left. It cannot be shown again, but you can make new ones.
   *[other] You have { $count } of them left. They cannot be shown again, but you can make new ones.
}
recovery-codes-renew = Make new codes
recovery-codes-renew-hint = The codes that you have now stop working then.
recovery-codes-save = Save your recovery codes
recovery-codes-save-lead = If you lose your phone, they are the way in. Each works once. They are not shown again: keep them where you keep your passport, not on your phone.
recovery-codes-download = Download as a file
recovery-codes-saved = I have saved them
# The head of that file, two lines. $login is the person's e-mail address, $issuer the address of Signet.
recovery-codes-file = Recovery codes for { $login } at { $issuer }
recovery-codes-file-hint = Each works once, when you do not have your second factor.

# Signing out.
sign-out-heading = Sign out?
sign-out-lead = This ends your session in this browser.
sign-out-stay = Stay signed in
signed-out-title = Signed out
signed-out-heading = You are signed out
signed-out-lead = Your session in this browser has ended. You can close this page.
signed-out-again = Sign in again

# Passkeys.
passkeys-title = Passkeys
passkeys-lead = With a passkey you sign in by your fingerprint, your face, the PIN of your device, or a security key. There is nothing to remember, and no one can trick you into typing it elsewhere.
passkeys-yours = Your passkeys
passkeys-none = You have none yet.
# $day is a date.
passkeys-added = Added on { $day }.
passkeys-used = Last used on { $day }.
passkeys-unused = Not used yet.
passkeys-backed-up = Kept by your password manager or provider too.
passkeys-change = Rename or remove
passkeys-name = Name
passkeys-rename = Rename
passkeys-remove = Remove this passkey
passkeys-add = Add a passkey
passkeys-full = You have { $count } passkeys, as many as there may be. To add another one, remove one first.
passkeys-needs-script = Adding a passkey needs JavaScript. Turn it on for this page, and load it again.
passkeys-new-name = What do you want to call it?
# What a passkey is called whose person does not call it anything else.
passkeys-usual-name = Passkey
# What was wrong with a passkey that was to be added, renamed or removed. $count is how many characters a name may have.
passkeys-wrong-name = Give it a name of at most { $count } characters.
passkeys-wrong = That passkey was not added. It may have taken too long: please try again.
passkeys-taken = That passkey is there already.
passkeys-too-many = You have as many passkeys as there may be. Remove one first.
passkeys-last-way-in = You have no password, so this passkey is your only way in. Add another one first.
# What the browser says of a passkey that was to be made or used.
passkey-yours-already = This passkey is among yours already.
passkey-unused = No passkey was used. You can try again.
passkey-not-here = This browser does not allow passkeys at this address.
passkey-stale = This page is out of date. Load it again.
passkey-failed = That did not work. Please try again.

# Choosing a password: one that was another's choice is replaced, the present one is changed, or the first one is set.
password-choose = Choose a password
password-change = Change your password
password-set = Set a password
password-choose-lead = Yours was chosen by someone else. Replace it by one that only you know.
password-change-lead = You are signed out everywhere else when you change it.
password-present = Your present password
password-new = New password
# $count is how many characters it has at the least.
password-hint = At least { $count } characters, of any kind. A few words that have nothing to do with each other are easy to remember and hard to guess.
password-repeat = The new password again
password-do-change = Change password
password-do-set = Set password
password-missing = Enter a new password.
password-not-repeated = The two are not the same. Enter the new password twice.
password-present-wrong = That is not your present password.
password-unchecked = Your password cannot be checked right now.
# $count is how many minutes it is until then.
password-throttled = { $count ->
    [one] There were too many wrong passwords. Try again in { $count } minute.
   *[other] There were too many wrong passwords. Try again in { $count } minutes.
}

# How strong a password is, as it is typed.
strength-label = How hard this is to guess
strength-enough = This will do, but it is not hard to guess.
strength-hard = Hard to guess.
strength-very-hard = Very hard to guess.

# Why something will not do as a password. $count is a number of characters.
password-short = That is too short: a password has at least { $count } characters.
password-long = That is too long: a password has at most { $count } characters.
password-breached = That password is known from breaches elsewhere, and is tried first by whoever guesses. Choose another one.
password-used = You have or had that password before. Choose another one.
password-guessable = That password is too easy to guess. A few words that have nothing to do with each other make a good one.
# $why is one of the sentences below.
password-guessable-because = That password is too easy to guess. { $why } A few words that have nothing to do with each other make a good one.
guessable-straight-rows = Straight rows of keys are easy to guess.
guessable-keyboard-patterns = Short keyboard patterns are easy to guess.
guessable-repeated-characters = Repeats like “aaa” are easy to guess.
guessable-repeated-groups = Repeats like “abcabcabc” are only slightly harder to guess than “abc”.
guessable-top-10 = This is a top-10 common password.
guessable-top-100 = This is a top-100 common password.
guessable-common = This is a very common password.
guessable-similar = This is similar to a commonly used password.
guessable-sequences = Sequences like abc or 6543 are easy to guess.
guessable-years = Recent years are easy to guess.
guessable-word = A word by itself is easy to guess.
guessable-dates = Dates are often easy to guess.
guessable-names = Names and surnames by themselves are easy to guess.
guessable-common-names = Common names and surnames are easy to guess.

# When too many e-mails were asked for. $count is how many minutes it is until one more may be.
mail-throttled = { $count ->
    [one] Several messages were asked for already. Try again in { $count } minute.
   *[other] Several messages were asked for already. Try again in { $count } minutes.
}

# An application asks to sign someone out; $client is its name.
logout-heading = Do you want to sign out?
logout-lead-client = { $client } asks to sign you out here. This ends your session in this browser.
logout-lead = An application asks to sign you out here. This ends your session in this browser.
logout-refused = This sign-out does not work
logout-refused-message = The application that sent you here made a request that cannot be answered. You are signed in here as before, if you were.
logout-here = Sign out here

# While applications sign someone out as well.
signing-out-onward = The applications that you used are signing you out as well. Then you return to { $client }.
signing-out-lead = Your session in this browser has ended, and the applications that you used in it are signing you out as well. You can close this page.
signing-out-frame = Signing out
