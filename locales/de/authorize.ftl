# What is said on behalf of an application: $client is its name.

continue-to = Weiter zu { $client }
returning-to = Sie kehren zu { $client } zurück …
returning-hint = Wenn nichts geschieht, fahren Sie selbst fort.
completed-title = Bereits beantwortet
completed-heading = Diese Anfrage wurde bereits beantwortet
completed-lead = Sie können zu { $client } weitergehen oder diese Seite schließen.

select-account = Konto auswählen
continue-as = Weiter als

# Where a policy does not let an account in.
refusal-title = Nicht erlaubt
refusal-lead = Mit diesem Konto ist die Anmeldung bei { $client } nicht erlaubt.

# Consent.
consent-title = Zugriff für { $client } erlauben
consent-heading = { $client } bittet um Zugriff auf Ihr Konto
consent-about = Über diese Anwendung
consent-identity = Was die Anwendung über Sie erfährt
consent-resource = Was die Anwendung in { $resource } tun darf
consent-no-scopes = Die Anwendung darf dort in Ihrem Namen handeln, ohne dass ihr etwas Bestimmtes erlaubt ist.
consent-offline = Die Anwendung behält diesen Zugriff, auch wenn Sie sie nicht verwenden, und fragt Sie nicht erneut.
consent-next = In beiden Fällen geht es weiter zu { $host }. Erlauben Sie den Zugriff nur, wenn Sie diese Anfrage erwartet haben.
consent-policy = Was die Anwendung mit Ihren Daten macht
consent-terms = Nutzungsbedingungen der Anwendung
consent-self-registered = Diese Anwendung hat sich selbst registriert. Hier hat niemand ihren Namen oder ihre Angaben über sich selbst geprüft.
allow = Erlauben
deny = Ablehnen

# Scopes, each by its name in the protocol.
scope-openid = Wissen, wer Sie sind
scope-profile = Ihr Profil sehen: Namen, Benutzername, Bild, Geburtsdatum und Ähnliches
scope-email = Ihre E-Mail-Adresse sehen
scope-address = Ihre Postanschrift sehen
scope-phone = Ihre Telefonnummer sehen
scope-offline_access = Verbunden bleiben, während Sie abwesend sind

# Single claims, each by its name in the protocol.
claim-name = Ihren Namen sehen
claim-given_name = Ihren Vornamen sehen
claim-family_name = Ihren Nachnamen sehen
claim-middle_name = Ihren zweiten Vornamen sehen
claim-nickname = Ihren Spitznamen sehen
claim-preferred_username = Ihren Benutzernamen sehen
claim-profile = Die Adresse Ihrer Profilseite sehen
claim-picture = Ihr Bild sehen
claim-website = Die Adresse Ihrer Website sehen
claim-gender = Ihr Geschlecht sehen
claim-birthdate = Ihr Geburtsdatum sehen
claim-zoneinfo = Ihre Zeitzone sehen
claim-locale = Ihre Sprache sehen
claim-updated_at = Sehen, wann Ihr Profil zuletzt geändert wurde
claim-email = Ihre E-Mail-Adresse sehen
claim-email_verified = Sehen, ob Ihre E-Mail-Adresse bestätigt ist
claim-address = Ihre Postanschrift sehen
claim-phone_number = Ihre Telefonnummer sehen
claim-phone_number_verified = Sehen, ob Ihre Telefonnummer bestätigt ist

# A request that cannot be answered.
request-broken = Dieser Link funktioniert nicht
request-broken-message = Die Anwendung, die Sie hierher geschickt hat, hat eine Anfrage gestellt, die nicht beantwortet werden kann. Bitte kehren Sie zur Anwendung zurück und versuchen Sie es noch einmal, oder informieren Sie deren Anbieter.
request-gone = Diese Anmeldung ist nicht mehr offen
request-gone-message = Es hat zu lange gedauert, oder sie wurde in einem anderen Browser begonnen. Bitte kehren Sie zur Anwendung zurück und melden Sie sich erneut an.
