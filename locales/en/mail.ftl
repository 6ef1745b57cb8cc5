# E-mails, each with its subject first, and then its lines. $product is what the service is called.

# How a line of the text part names a link, which is on the next line, and a circumstance, such as “Browser: Firefox on Linux”.
mail-action = { $action }:
mail-fact = { $name }: { $value }
# Before the address of the link, in the HTML part.
mail-or-open = Or open this address:
# How long a link is good.
mail-link-minutes = { $count ->
    [one] The link works once, within { $count } minute.
   *[other] The link works once, within { $count } minutes.
}
mail-link-hours = { $count ->
    [one] The link works once, within { $count } hour.
   *[other] The link works once, within { $count } hours.
}
mail-link-days = { $count ->
    [one] The link works once, within { $count } day.
   *[other] The link works once, within { $count } days.
}

# To someone who forgot their password.
mail-reset-subject = Set a new password at { $product }
mail-reset = Someone, most likely you, asked to set a new password at { $product }.
mail-reset-action = Set a new password
mail-reset-not-you = If it was not you, do nothing: your password stays as it is.

# To someone who wants to make an account.
mail-register-subject = Make your account at { $product }
mail-register = Someone, most likely you, wants to make an account at { $product } with this address.
mail-register-action = Make an account
mail-register-not-you = If it was not you, do nothing: there will be no account.

# To someone who wants to make an account and has one. $url is a link.
mail-registered-subject = You have an account at { $product }
mail-registered = Someone, most likely you, wants to make an account at { $product } with this address. You have one already.
mail-registered-action = Sign in
mail-registered-forgot = If you forgot your password, set a new one: { $url }
mail-registered-not-you = If it was not you, do nothing: nothing was changed.

# To someone who is invited by whoever runs the service.
mail-invitation-subject = Your invitation to { $product }
mail-invitation = You are invited to make an account at { $product }.

# To someone who wants to prove their e-mail address.
mail-verify-subject = Confirm your address at { $product }
mail-verify = Please confirm that this is your address at { $product }.
mail-verify-action = Confirm this address
mail-verify-not-you = If you have no account there, do nothing.

# To the address that someone wants to change: $to is the new one. And to the new one, with the same subject.
mail-change-subject = Confirm your new address at { $product }
mail-leaving = You asked to change your address at { $product } from this one to { $to }.
mail-leaving-both = It changes once you have confirmed it here and at the new address.
mail-leaving-action = Confirm the change
mail-leaving-not-you = If it was not you, do not confirm it, and set a new password: someone may know yours.
mail-arriving = Someone, most likely you, wants this to be their address at { $product }.
mail-arriving-action = Confirm this address
mail-arriving-not-you = If it was not you, do nothing: nothing is changed.

# To an address that another person wants and someone has.
mail-in-use-subject = Your address at { $product }
mail-in-use = Someone wants this to be their address at { $product }. You have an account with it already, so nothing was changed.
mail-in-use-you = If it was you: an address can be that of one account only.

# To the former address: $to is the new one.
mail-changed-subject = Your address at { $product } was changed
mail-changed = Your address at { $product } is { $to } now. Messages go there from now on.
mail-changed-not-you = If you did not do this, tell whoever runs the service.

# About the safety of an account: what was done, its circumstances, and a link for who did not do it.
mail-when = When
mail-browser = Browser
# The network address.
mail-address = Address
# The city or country.
mail-place = Place
mail-not-me-action = This was not me
mail-not-me = If you know of this, there is nothing to do. If not, open the link: you are shown what can be done.

# An unusual sign-in, and what is unusual in it.
mail-sign-in-subject = A new sign-in at { $product }
mail-sign-in = Someone signed in to your account at { $product }.
mail-new-browser = You had not signed in from this browser before.
mail-new-country = You had not signed in from this country before.
# $kilometres is how far it is, $place where it was, $count how much later it is, in minutes or in hours.
mail-travel-minutes = { $count ->
    [one] It is about { $kilometres } km from where you had signed in before, no more than { $count } minute earlier: too far to travel in that time.
   *[other] It is about { $kilometres } km from where you had signed in before, no more than { $count } minutes earlier: too far to travel in that time.
}
mail-travel-hours = { $count ->
    [one] It is about { $kilometres } km from where you had signed in before, no more than { $count } hour earlier: too far to travel in that time.
   *[other] It is about { $kilometres } km from where you had signed in before, no more than { $count } hours earlier: too far to travel in that time.
}
mail-travel-from-minutes = { $count ->
    [one] It is about { $kilometres } km from where you had signed in before ({ $place }), no more than { $count } minute earlier: too far to travel in that time.
   *[other] It is about { $kilometres } km from where you had signed in before ({ $place }), no more than { $count } minutes earlier: too far to travel in that time.
}
mail-travel-from-hours = { $count ->
    [one] It is about { $kilometres } km from where you had signed in before ({ $place }), no more than { $count } hour earlier: too far to travel in that time.
   *[other] It is about { $kilometres } km from where you had signed in before ({ $place }), no more than { $count } hours earlier: too far to travel in that time.
}

# Failed attempts to sign in: with a password, and by someone who knows the password, with a second factor. The circumstances
# of the last one follow.
mail-failures-subject = Failed attempts to sign in at { $product }
mail-wrong-passwords = { $count ->
    [one] There was { $count } failed attempt to sign in to your account within a short time. Further ones may have to wait. Your password was not guessed; this is the last of them:
   *[other] There were { $count } failed attempts to sign in to your account within a short time. Further ones may have to wait. Your password was not guessed; this is the last of them:
}
mail-wrong-codes = { $count ->
    [one] Someone who knows your password failed { $count } time within a short time to prove who they are by your second factor. Further attempts have to wait. This is the last of them:
   *[other] Someone who knows your password failed { $count } times within a short time to prove who they are by your second factor. Further attempts have to wait. This is the last of them:
}

# Second factors that came and went.
mail-authenticator-added-subject = An authenticator was added to your account at { $product }
mail-authenticator-added = An authenticator was added to your account. It can be used to sign in.
mail-passkey-added-subject = A passkey was added to your account at { $product }
mail-passkey-added = A passkey was added to your account. It can be used to sign in.
mail-authenticator-removed-subject = An authenticator was removed from your account at { $product }
mail-authenticator-removed = An authenticator was removed from your account and opens it no more.
mail-passkey-removed-subject = A passkey was removed from your account at { $product }
mail-passkey-removed = A passkey was removed from your account and opens it no more.
mail-factors-removed-subject = Your second factors at { $product } were removed
mail-factors-removed = Whoever runs the service removed your authenticator, passkeys and recovery codes, and signed you out. A password is enough to sign in now, until you set a second factor up.

# Recovery codes: $count is how many are left.
mail-codes-renewed-subject = New recovery codes at { $product }
mail-codes-renewed = New recovery codes were made for your account. The former ones do not work any more.
mail-code-used-subject = A recovery code was used at { $product }
mail-code-used = { $count ->
    [0] A recovery code of your account was used. None is left: make new ones.
    [one] A recovery code of your account was used. One is left.
   *[other] A recovery code of your account was used. { $count } are left.
}

mail-passkey-cloned-subject = A passkey at { $product } may have been copied
mail-passkey-cloned = Someone tried to sign in with a passkey of yours that counts its uses, and its count went back. There may be a copy of it. The attempt was refused. Remove that passkey from your account, and add a new one.

mail-password-changed-subject = Your password at { $product } was changed
mail-password-changed = Your password was changed. You were signed out everywhere else, and applications have to ask you again.

mail-api-key-added-subject = A new API key at { $product }
mail-api-key-added = An API key named “{ $key }” was made for your account. Whoever has it can use what it is good for in your name.
mail-api-key-leaked-subject = An API key of yours at { $product } was found in public
mail-api-key-leaked = Your API key “{ $key }” was found where others can read it, so it was revoked. What used it does so no more. Make a new key, and keep it where only your own programs can read it.
