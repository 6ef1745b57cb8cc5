# The account's first page. Its title is `account` in common.ftl. Each of these leads to a page, and beside it stands in what
# state it is.
account-password-changed = Ihr Passwort ist geändert, und Sie sind überall sonst abgemeldet.
account-about = Über Sie
account-profile = Profil
applications-open = Dort anmelden
account-profile-changed = Ihr Profil ist geändert.
account-signing-in = Wie Sie sich anmelden
account-password = Passwort
account-passkeys = Passkeys
account-authenticator = Authenticator-App
account-codes = Wiederherstellungscodes
account-email = E-Mail-Adresse
account-access = Wer Zugriff hat
account-data = Ihre Daten
account-export = Alles herunterladen, was über Sie gespeichert ist
# The state of a password.
state-set = Festgelegt
state-unset = Keines
# The state of passkeys.
state-passkeys = Eingerichtet
state-no-passkeys = Keine
# The state of the authenticator app.
state-on = Aktiviert
state-off = Nicht aktiviert
# How many recovery codes are left.
state-codes = { $count ->
    [0] Keine mehr übrig
   *[other] Noch { $count } übrig
}
# In how many browsers one is signed in: 1 is the one in which this is read.
state-sessions = { $count ->
    [1] Nur hier
   *[other] { $count } Browser
}

# Applications that someone allowed to see or do something.
applications-title = Anwendungen, denen Sie Zugriff erlaubt haben
applications-none = Keine Anwendung hat Zugriff auf Ihr Konto.
applications-lead = Entziehen Sie den Zugriff, wenn Sie etwas nicht mehr teilen möchten: Die Anwendung verliert ihn sofort und muss Sie erneut fragen.
applications-about = Über diese Anwendung
applications-offline = Die Anwendung bleibt verbunden, während Sie abwesend sind.
# Since when.
applications-since = Erlaubt
last-used = Zuletzt verwendet
# On a button, and the same button read out: $application is whose access it is. It begins with the words on the button.
applications-revoke = Zugriff entziehen
applications-revoke-of = Zugriff entziehen: { $application }

# Where someone is signed in: a list of browsers.
sessions-title = Wo Sie angemeldet sind
sessions-lead = Wenn Sie einen dieser Browser nicht kennen, melden Sie ihn ab und ändern Sie Ihr Passwort.
sessions-here = Dieser Browser
# Since when.
sessions-since = Angemeldet
# The network's (IP) address.
sessions-address = IP-Adresse
# The city and country.
sessions-place = Ort
# The button `sign-out` read out: $browser is one of `browser-…`, such as Firefox on Linux. They begin with the words of
# `sign-out`.
sessions-end = Abmelden: { $browser }
sessions-end-here = Abmelden: { $browser }, dieser Browser
sessions-end-others = Überall sonst abmelden
sessions-unknown = Dieser Browser ist nicht angemeldet
sessions-unknown-message = Vielleicht haben Sie sich dort inzwischen abgemeldet.

# A browser, by its name and its system's: Firefox, Linux.
browser-on = { $browser } unter { $system }
browser-of-system = Ein Browser unter { $system }
browser-unknown = Ein Browser

# A place: Paris, France.
place = { $city }, { $country }

# Deleting one's account. $date is a day.
delete-title = Ihr Konto löschen
delete-lead = Sie werden überall abgemeldet, und keine Anwendung hat mehr Zugriff. Am { $date } werden das Konto und alles, was über Sie gespeichert ist, gelöscht. Wenn Sie sich vorher anmelden, bleibt das Konto bestehen.
delete-before = Bevor Sie gehen
delete-export = Laden Sie zuerst Ihre Daten herunter
delete-email = Geben Sie Ihre E-Mail-Adresse ein, damit dies kein Versehen ist
delete-wrong = Das ist nicht die E-Mail-Adresse dieses Kontos.
delete-confirm = Mein Konto löschen
delete-back = Konto behalten
# After that.
leaving-title = Ihr Konto wird gelöscht
leaving-lead = Sie sind überall abgemeldet. Wenn Sie es sich anders überlegen, melden Sie sich vor dem Tag an, der Ihnen genannt wurde: Dann bleibt das Konto bestehen.
leaving-sign-in = Anmelden und Konto behalten
# After signing in again.
staying-title = Ihr Konto bleibt bestehen
staying-lead = Es sollte gelöscht werden. Da Sie sich angemeldet haben, wird es nicht gelöscht.
staying-delete = Trotzdem löschen

# The e-mail address of an account, and changing it.
email-title = Ihre E-Mail-Adresse
# $email is the address.
email-unverified = Sie haben { $email } noch nicht bestätigt.
email-verify = Link zum Bestätigen senden
email-new = Neue E-Mail-Adresse
email-hint-both = Dafür müssen Sie zwei Links öffnen: einen an der neuen Adresse und einen an Ihrer jetzigen.
email-hint-new = Dafür müssen Sie einen Link öffnen, den Sie an der neuen Adresse erhalten.
email-change = Adresse ändern
email-same = Das ist bereits Ihre Adresse.
email-taken = Diese Adresse wird bereits verwendet
email-taken-message = Inzwischen gehört sie zu einem anderen Konto. Es wurde nichts geändert.
# The pages that links lead to: $email is the address.
email-confirm-new = Bestätigen Sie Ihre neue Adresse
email-confirm-new-lead = Das wird die Adresse Ihres Kontos: { $email }
email-confirm-own = Bestätigen Sie Ihre Adresse
email-confirm-own-lead = Das ist die Adresse Ihres Kontos: { $email }
email-confirm = Bestätigen

# The profile.
profile-title = Ihr Profil
profile-lead = Sie können alle Felder leer lassen. Anwendungen sehen Ihre Angaben nur, wenn Sie es ihnen erlauben.
profile-unchanged = Es wurde noch nichts geändert. Sehen Sie sich an, was unten markiert ist.
profile-save = Speichern
profile-group-names = Namen
profile-group-about = Über Sie
profile-group-telephone = Telefon
profile-group-address = Anschrift
profile-name = Name
profile-name-hint = Vollständig, so wie Sie genannt werden möchten.
profile-given-name = Vorname
profile-middle-name = Zweiter Vorname
profile-family-name = Nachname
profile-nickname = Spitzname
profile-birthdate = Geburtsdatum
profile-birthdate-hint = Zum Beispiel 1990-02-28. Das Jahr allein genügt, oder 0000-02-28 ohne Jahr.
profile-gender = Geschlecht
profile-locale = Sprache
profile-locale-hint = Zum Beispiel en oder en-GB.
profile-zoneinfo = Zeitzone
profile-zoneinfo-hint = Zum Beispiel Europe/Berlin.
profile-website = Website
profile-profile = Profilseite
profile-picture = Adresse eines Bildes
profile-phone-number = Nummer
profile-phone-number-hint = Mit der Landesvorwahl, zum Beispiel +49 30 1234.
profile-address-street-address = Straße und Hausnummer
profile-address-postal-code = Postleitzahl
profile-address-locality = Ort
profile-address-region = Region
profile-address-country = Land
profile-address-formatted = Vollständig, wie auf einem Briefumschlag
profile-languages = Ihr Name in anderen Sprachen oder Schriften
profile-languages-lead = Anwendungen, die nach Ihrem Namen in einer dieser Sprachen fragen, erhalten ihn so, wie er hier steht. Leeren Sie alle Felder einer Sprache, um sie zu entfernen.
profile-languages-another = Eine weitere
profile-languages-tag = Sprache oder Schrift
profile-languages-tag-hint = Wählen Sie eine aus oder geben Sie ihr Kürzel ein, zum Beispiel ja-Kana oder sr-Latn.
profile-wrong-long = { $count ->
    [one] Hier ist höchstens { $count } Zeichen möglich.
   *[other] Hier sind höchstens { $count } Zeichen möglich.
}
profile-wrong-character = Hier steht ein Zeichen, das nicht erlaubt ist.
profile-wrong-empty = Das darf nicht leer sein.
profile-wrong-url = Das muss die Adresse einer Seite sein, mit https://
profile-wrong-birthdate = Das muss JJJJ-MM-TT, ein Jahr oder 0000-MM-TT ohne das Jahr sein.
profile-wrong-zone = Das muss der Name einer Zeitzone sein, zum Beispiel Europe/Berlin.
profile-wrong-locale = Das muss ein Sprachkürzel sein, zum Beispiel de oder en-GB.
profile-wrong-tag = Das muss ein Sprachkürzel sein, zum Beispiel ja oder ja-Kana.
profile-wrong-twice = Diese Sprache ist schon vorhanden.
profile-wrong-phone = Das muss eine Telefonnummer sein, zum Beispiel +1 555 0100.

# API keys, by which programs act for someone. $resource is what one is for, $key is its name.
api-keys-title = API-Schlüssel
api-keys-lead = Mit einem Schlüssel verwendet ein Programm von Ihnen eine API in Ihrem Namen, ohne sich anzumelden. Wer den Schlüssel hat, kann das auch: Bewahren Sie ihn so auf, dass nur Ihre eigenen Programme ihn lesen können.
api-keys-none = Sie haben keinen.
api-keys-new = Ihr neuer API-Schlüssel
api-keys-new-lead = Kopieren Sie ihn jetzt und bewahren Sie ihn sicher auf: Er wird nicht noch einmal angezeigt.
api-keys-saved = Ich habe ihn kopiert
# A badge: the key is for trying things out.
api-keys-test = Test
# Before a day each.
api-keys-since = Erstellt
api-keys-ends = Gültig bis
# Before addresses and networks.
api-keys-from = Gültig von
api-keys-replaced = Ein anderer Schlüssel tritt an seine Stelle. Bis dahin gelten beide, damit Sie ihn überall austauschen können, wo er verwendet wird.
# On buttons, and the same buttons read out, which begin with the words on them.
api-keys-rotate = Ersetzen
api-keys-rotate-of = Ersetzen: { $key }
api-keys-revoke = Widerrufen
api-keys-revoke-of = Widerrufen: { $key }
# Making one.
api-keys-make = Schlüssel erstellen
api-keys-make-for = Für { $resource }
api-keys-nowhere = Hier nimmt nichts Schlüssel an, die Sie selbst erstellen.
api-keys-name = Wofür ist der Schlüssel?
api-keys-scopes = Was er darf
api-keys-days = Wie lange er gilt
api-keys-life = { $count ->
    [one] { $count } Tag
   *[other] { $count } Tage
}
api-keys-environment = Art des Schlüssels
api-keys-environment-live = Live: für den echten Betrieb
api-keys-environment-test = Test: zum Ausprobieren
api-keys-environment-hint = APIs erfahren, welcher von beiden es ist.
api-keys-addresses = Von wo er verwendet werden darf (freiwillig)
api-keys-addresses-hint = IP-Adressen oder Netze, durch Leerzeichen oder Kommas getrennt, zum Beispiel 192.0.2.7 oder 2001:db8::/32. Ohne Angabe von überall.
api-keys-make-it = Schlüssel erstellen
api-keys-wrong-name = Geben Sie ihm einen Namen mit höchstens { $count } Zeichen.
api-keys-wrong-scopes = Wählen Sie mindestens etwas aus, das er darf.
# $scope is the name of what is not allowed.
api-keys-not-permitted = Ihnen ist { $scope } dort nicht erlaubt, also auch keinem Schlüssel von Ihnen.
# $address is what was typed.
api-keys-wrong-address = „{ $address }“ ist weder eine IP-Adresse noch ein Netz. Schreiben Sie zum Beispiel 192.0.2.7 oder 192.0.2.0/24.
api-keys-too-many-addresses = Ein Schlüssel kann höchstens { $count } Adressen und Netze haben.
api-keys-wrong = Dieser Schlüssel kann nicht erstellt werden. Bitte versuchen Sie es noch einmal.
api-keys-too-many = Sie haben so viele Schlüssel, wie möglich sind. Widerrufen Sie zuerst einen.
api-keys-unknown = Diesen Schlüssel gibt es nicht mehr, oder er wurde bereits ersetzt.
