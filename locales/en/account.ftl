# The account's first page. Its title is `account` in common.ftl. Each of these leads to a page, and beside it stands in what
# state it is.
account-password-changed = Your password is changed, and you are signed out everywhere else.
account-about = About you
account-profile = Profile
applications-open = Sign in to it
account-profile-changed = Your profile is changed.
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

# The profile.
profile-title = Your profile
profile-lead = You may leave everything empty but your name. Applications see it only if you allow them to.
profile-unchanged = Nothing was changed yet. See what is marked below.
profile-save = Save
profile-group-names = Names
profile-group-about = About you
profile-group-telephone = Telephone
profile-group-address = Address
profile-name = Name
profile-name-hint = In full, as you want to be called.
profile-given-name = Given name
profile-middle-name = Middle name
profile-family-name = Family name
profile-nickname = Nickname
profile-birthdate = Date of birth
profile-birthdate-hint = As 1990-02-28. The year alone will do, or 0000-02-28 without it.
profile-gender = Gender
profile-locale = Language
profile-locale-hint = As en, or en-GB.
profile-zoneinfo = Time zone
profile-zoneinfo-hint = As Europe/Berlin.
profile-website = Website
profile-profile = Profile page
profile-picture = Address of a picture
profile-phone-number = Number
profile-phone-number-hint = With the code of the country, as +49 30 1234.
profile-address-street-address = Street
profile-address-postal-code = Postal code
profile-address-locality = Town
profile-address-region = Region
profile-address-country = Country
profile-address-formatted = In full, as on an envelope
profile-languages = Your name in other languages or scripts
profile-languages-lead = Applications that ask for your name in one of these learn it as it is here. Empty all fields of a language to take it away.
profile-languages-another = Another one
profile-languages-tag = Language or script
profile-languages-tag-hint = Choose one, or write its tag, as ja-Kana or sr-Latn.
profile-wrong-long = { $count ->
    [one] This must be at most { $count } character.
   *[other] This must be at most { $count } characters.
}
profile-wrong-character = This has a character that cannot be there.
profile-wrong-empty = This must not be empty.
profile-wrong-url = This must be the address of a page, with https://
profile-wrong-birthdate = This must be YYYY-MM-DD, a year, or 0000-MM-DD without the year.
profile-wrong-zone = This must be the name of a time zone, like Europe/Berlin.
profile-wrong-locale = This must be a language tag, like de or en-GB.
profile-wrong-tag = This must be a language tag, like ja or ja-Kana.
profile-wrong-twice = This language is there already.
profile-wrong-phone = This must be a telephone number, like +1 555 0100.

# API keys, by which programs act for someone. $resource is what one is for, $key is its name.
api-keys-title = API keys
api-keys-lead = With a key, a program of yours uses an API in your name without signing in. Whoever has the key can do so too: keep it where only your own programs can read it.
api-keys-none = You have none.
api-keys-new = Your new API key
api-keys-new-lead = Copy it now, and keep it safe: it is not shown again.
api-keys-saved = I have copied it
# A badge: the key is for trying things out.
api-keys-test = Test
# Before a day each.
api-keys-since = Made
api-keys-ends = Good until
# Before addresses and networks.
api-keys-from = Good from
api-keys-replaced = Another key takes its place. Until then both are good, so that you can exchange it wherever it is used.
# On buttons, and the same buttons read out, which begin with the words on them.
api-keys-rotate = Replace
api-keys-rotate-of = Replace { $key }
api-keys-revoke = Revoke
api-keys-revoke-of = Revoke { $key }
# Making one.
api-keys-make = Make a key
api-keys-make-for = For { $resource }
api-keys-nowhere = Nothing here takes keys that you make yourself.
api-keys-name = What is the key for?
api-keys-scopes = What it may do
api-keys-days = How long it is good
api-keys-life = { $count ->
    [one] { $count } day
   *[other] { $count } days
}
api-keys-environment = Kind of key
api-keys-environment-live = Live: for real use
api-keys-environment-test = Test: for trying things out
api-keys-environment-hint = APIs are told which one it is.
api-keys-addresses = Where it may be used (optional)
api-keys-addresses-hint = IP addresses or networks, between spaces or commas, such as 192.0.2.7 or 2001:db8::/32. From anywhere if there are none.
api-keys-make-it = Make the key
api-keys-wrong-name = Give it a name of at most { $count } characters.
api-keys-wrong-scopes = Choose at least one thing that it may do.
# $scope is the name of what is not allowed.
api-keys-not-permitted = You are not allowed { $scope } there, so no key of yours can be.
# $address is what was typed.
api-keys-wrong-address = “{ $address }” is not an IP address or network. Write it like 192.0.2.7 or 192.0.2.0/24.
api-keys-too-many-addresses = A key can have at most { $count } addresses and networks.
api-keys-wrong = That key cannot be made. Please try again.
api-keys-too-many = You have as many keys as there may be. Revoke one first.
api-keys-unknown = That key is not there any more, or was replaced already.
