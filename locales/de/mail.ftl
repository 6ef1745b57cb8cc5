# E-mails, each with its subject first, and then its lines. $product is what the service is called.

# How a line of the text part names a link, which is on the next line, and a circumstance, such as “Browser: Firefox on Linux”.
mail-action = { $action }:
mail-fact = { $name }: { $value }
# Before the address of the link, in the HTML part.
mail-or-open = Oder öffnen Sie diese Adresse:
# How long a link is good.
mail-link-minutes = { $count ->
    [one] Der Link funktioniert nur einmal, innerhalb von { $count } Minute.
   *[other] Der Link funktioniert nur einmal, innerhalb von { $count } Minuten.
}
mail-link-hours = { $count ->
    [one] Der Link funktioniert nur einmal, innerhalb von { $count } Stunde.
   *[other] Der Link funktioniert nur einmal, innerhalb von { $count } Stunden.
}
mail-link-days = { $count ->
    [one] Der Link funktioniert nur einmal, innerhalb von { $count } Tag.
   *[other] Der Link funktioniert nur einmal, innerhalb von { $count } Tagen.
}

# To someone who forgot their password.
mail-reset-subject = Neues Passwort bei { $product } festlegen
mail-reset = Jemand, höchstwahrscheinlich Sie, möchte ein neues Passwort bei { $product } festlegen.
mail-reset-action = Neues Passwort festlegen
mail-reset-not-you = Wenn Sie das nicht waren, tun Sie nichts: Ihr Passwort bleibt, wie es ist.

# To someone who wants to make an account.
mail-register-subject = Erstellen Sie Ihr Konto bei { $product }
mail-register = Jemand, höchstwahrscheinlich Sie, möchte mit dieser Adresse ein Konto bei { $product } erstellen.
mail-register-action = Konto erstellen
mail-register-not-you = Wenn Sie das nicht waren, tun Sie nichts: Es wird kein Konto erstellt.

# To someone who wants to make an account and has one. $url is a link.
mail-registered-subject = Sie haben ein Konto bei { $product }
mail-registered = Jemand, höchstwahrscheinlich Sie, möchte mit dieser Adresse ein Konto bei { $product } erstellen. Sie haben bereits eines.
mail-registered-action = Anmelden
mail-registered-forgot = Wenn Sie Ihr Passwort vergessen haben, legen Sie ein neues fest: { $url }
mail-registered-not-you = Wenn Sie das nicht waren, tun Sie nichts: Es wurde nichts geändert.

# To someone who is invited by whoever runs the service.
mail-invitation-subject = Ihre Einladung zu { $product }
mail-invitation = Sie sind eingeladen, ein Konto bei { $product } zu erstellen.

# To someone who wants to prove their e-mail address.
mail-verify-subject = Bestätigen Sie Ihre Adresse bei { $product }
mail-verify = Bitte bestätigen Sie, dass dies Ihre Adresse bei { $product } ist.
mail-verify-action = Diese Adresse bestätigen
mail-verify-not-you = Wenn Sie dort kein Konto haben, tun Sie nichts.

# To the address that someone wants to change: $to is the new one. And to the new one, with the same subject.
mail-change-subject = Bestätigen Sie Ihre neue Adresse bei { $product }
mail-leaving = Sie haben darum gebeten, Ihre Adresse bei { $product } von dieser in { $to } zu ändern.
mail-leaving-both = Die Adresse wird geändert, sobald Sie dies hier und an der neuen Adresse bestätigt haben.
mail-leaving-action = Änderung bestätigen
mail-leaving-not-you = Wenn Sie das nicht waren, bestätigen Sie es nicht und legen Sie ein neues Passwort fest: Möglicherweise kennt jemand Ihres.
mail-arriving = Jemand, höchstwahrscheinlich Sie, möchte diese Adresse als eigene Adresse bei { $product } verwenden.
mail-arriving-action = Diese Adresse bestätigen
mail-arriving-not-you = Wenn Sie das nicht waren, tun Sie nichts: Es wird nichts geändert.

# To an address that another person wants and someone has.
mail-in-use-subject = Ihre Adresse bei { $product }
mail-in-use = Jemand möchte diese Adresse als eigene Adresse bei { $product } verwenden. Sie haben damit bereits ein Konto, deshalb wurde nichts geändert.
mail-in-use-you = Falls Sie das waren: Eine Adresse kann nur zu einem einzigen Konto gehören.

# To the former address: $to is the new one.
mail-changed-subject = Ihre Adresse bei { $product } wurde geändert
mail-changed = Ihre Adresse bei { $product } ist jetzt { $to }. E-Mails gehen ab jetzt dorthin.
mail-changed-not-you = Wenn Sie das nicht waren, informieren Sie den Betreiber des Dienstes.

# About the safety of an account: what was done, its circumstances, and a link for who did not do it.
mail-when = Zeitpunkt
mail-browser = Browser
# The network address.
mail-address = IP-Adresse
# The city or country.
mail-place = Ort
mail-not-me-action = Das war ich nicht
mail-not-me = Wenn Sie davon wissen, müssen Sie nichts tun. Wenn nicht, öffnen Sie den Link: Dort sehen Sie, was Sie tun können.

# An unusual sign-in, and what is unusual in it.
mail-sign-in-subject = Neue Anmeldung bei { $product }
mail-sign-in = Jemand hat sich in Ihrem Konto bei { $product } angemeldet.
mail-new-browser = Mit diesem Browser hatten Sie sich zuvor noch nicht angemeldet.
mail-new-country = Aus diesem Land hatten Sie sich zuvor noch nicht angemeldet.
# $kilometres is how far it is, $place where it was, $count how much later it is, in minutes or in hours.
mail-travel-minutes = { $count ->
    [one] Der Ort dieser Anmeldung ist etwa { $kilometres } km von dort entfernt, wo Sie sich höchstens { $count } Minute zuvor angemeldet hatten: zu weit für eine Reise in dieser Zeit.
   *[other] Der Ort dieser Anmeldung ist etwa { $kilometres } km von dort entfernt, wo Sie sich höchstens { $count } Minuten zuvor angemeldet hatten: zu weit für eine Reise in dieser Zeit.
}
mail-travel-hours = { $count ->
    [one] Der Ort dieser Anmeldung ist etwa { $kilometres } km von dort entfernt, wo Sie sich höchstens { $count } Stunde zuvor angemeldet hatten: zu weit für eine Reise in dieser Zeit.
   *[other] Der Ort dieser Anmeldung ist etwa { $kilometres } km von dort entfernt, wo Sie sich höchstens { $count } Stunden zuvor angemeldet hatten: zu weit für eine Reise in dieser Zeit.
}
mail-travel-from-minutes = { $count ->
    [one] Der Ort dieser Anmeldung ist etwa { $kilometres } km von dort entfernt, wo Sie sich höchstens { $count } Minute zuvor angemeldet hatten ({ $place }): zu weit für eine Reise in dieser Zeit.
   *[other] Der Ort dieser Anmeldung ist etwa { $kilometres } km von dort entfernt, wo Sie sich höchstens { $count } Minuten zuvor angemeldet hatten ({ $place }): zu weit für eine Reise in dieser Zeit.
}
mail-travel-from-hours = { $count ->
    [one] Der Ort dieser Anmeldung ist etwa { $kilometres } km von dort entfernt, wo Sie sich höchstens { $count } Stunde zuvor angemeldet hatten ({ $place }): zu weit für eine Reise in dieser Zeit.
   *[other] Der Ort dieser Anmeldung ist etwa { $kilometres } km von dort entfernt, wo Sie sich höchstens { $count } Stunden zuvor angemeldet hatten ({ $place }): zu weit für eine Reise in dieser Zeit.
}

# Failed attempts to sign in: with a password, and by someone who knows the password, with a second factor. The circumstances
# of the last one follow.
mail-failures-subject = Fehlgeschlagene Anmeldeversuche bei { $product }
mail-wrong-passwords = { $count ->
    [one] Innerhalb kurzer Zeit gab es { $count } fehlgeschlagenen Versuch, sich in Ihrem Konto anzumelden. Für weitere Versuche gilt möglicherweise eine Wartezeit. Ihr Passwort wurde nicht erraten. Angaben zum letzten Versuch:
   *[other] Innerhalb kurzer Zeit gab es { $count } fehlgeschlagene Versuche, sich in Ihrem Konto anzumelden. Für weitere Versuche gilt möglicherweise eine Wartezeit. Ihr Passwort wurde nicht erraten. Angaben zum letzten Versuch:
}
mail-wrong-codes = { $count ->
    [one] Jemand, der Ihr Passwort kennt, ist innerhalb kurzer Zeit { $count }-mal daran gescheitert, sich mit Ihrem zweiten Faktor auszuweisen. Für weitere Versuche gilt eine Wartezeit. Angaben zum letzten Versuch:
   *[other] Jemand, der Ihr Passwort kennt, ist innerhalb kurzer Zeit { $count }-mal daran gescheitert, sich mit Ihrem zweiten Faktor auszuweisen. Für weitere Versuche gilt eine Wartezeit. Angaben zum letzten Versuch:
}

# Second factors that came and went.
mail-authenticator-added-subject = Ihrem Konto bei { $product } wurde eine Authenticator-App hinzugefügt
mail-authenticator-added = Ihrem Konto wurde eine Authenticator-App hinzugefügt. Sie kann zur Anmeldung verwendet werden.
mail-passkey-added-subject = Ihrem Konto bei { $product } wurde ein Passkey hinzugefügt
mail-passkey-added = Ihrem Konto wurde ein Passkey hinzugefügt. Er kann zur Anmeldung verwendet werden.
mail-authenticator-removed-subject = Aus Ihrem Konto bei { $product } wurde eine Authenticator-App entfernt
mail-authenticator-removed = Aus Ihrem Konto wurde eine Authenticator-App entfernt. Sie kann nicht mehr zur Anmeldung verwendet werden.
mail-passkey-removed-subject = Aus Ihrem Konto bei { $product } wurde ein Passkey entfernt
mail-passkey-removed = Aus Ihrem Konto wurde ein Passkey entfernt. Er kann nicht mehr zur Anmeldung verwendet werden.
mail-factors-removed-subject = Ihre zweiten Faktoren bei { $product } wurden entfernt
mail-factors-removed = Der Betreiber des Dienstes hat Ihre Authenticator-App, Ihre Passkeys und Ihre Wiederherstellungscodes entfernt und Sie abgemeldet. Für die Anmeldung genügt jetzt ein Passwort, bis Sie einen zweiten Faktor einrichten.

# Recovery codes: $count is how many are left.
mail-codes-renewed-subject = Neue Wiederherstellungscodes bei { $product }
mail-codes-renewed = Für Ihr Konto wurden neue Wiederherstellungscodes erstellt. Die bisherigen funktionieren nicht mehr.
mail-code-used-subject = Bei { $product } wurde ein Wiederherstellungscode verwendet
mail-code-used = { $count ->
    [0] Ein Wiederherstellungscode Ihres Kontos wurde verwendet. Es ist keiner mehr übrig: Erstellen Sie neue.
    [one] Ein Wiederherstellungscode Ihres Kontos wurde verwendet. Es ist noch einer übrig.
   *[other] Ein Wiederherstellungscode Ihres Kontos wurde verwendet. Es sind noch { $count } übrig.
}

mail-passkey-cloned-subject = Ein Passkey bei { $product } wurde möglicherweise kopiert
mail-passkey-cloned = Jemand hat versucht, sich mit einem Ihrer Passkeys anzumelden, der seine Verwendungen zählt, und dieser Zähler lief rückwärts. Möglicherweise gibt es eine Kopie davon. Der Versuch wurde abgelehnt. Entfernen Sie diesen Passkey aus Ihrem Konto und fügen Sie einen neuen hinzu.

mail-password-changed-subject = Ihr Passwort bei { $product } wurde geändert
mail-password-changed = Ihr Passwort wurde geändert. Sie wurden überall sonst abgemeldet, und Anwendungen müssen Sie erneut fragen.

mail-api-key-added-subject = Ein neuer API-Schlüssel bei { $product }
mail-api-key-added = Für Ihr Konto wurde ein API-Schlüssel namens „{ $key }“ erstellt. Wer ihn hat, kann in Ihrem Namen nutzen, wofür er gilt.
mail-api-key-leaked-subject = Ein API-Schlüssel von Ihnen bei { $product } wurde öffentlich gefunden
mail-api-key-leaked = Ihr API-Schlüssel „{ $key }“ wurde an einer Stelle gefunden, an der andere ihn lesen können. Deshalb wurde er widerrufen, und was ihn verwendet hat, funktioniert damit nicht mehr. Erstellen Sie einen neuen Schlüssel und bewahren Sie ihn so auf, dass nur Ihre eigenen Programme ihn lesen können.
