# What is said on behalf of an application: $client is its name.

continue-to = pour continuer vers { $client }
returning-to = Retour vers { $client }…
returning-hint = Si rien ne se passe, continuez vous-même.
completed-title = Réponse déjà donnée
completed-heading = Cette demande a déjà reçu une réponse
completed-lead = Vous pouvez continuer vers { $client } ou fermer cette page.

select-account = Choisissez un compte
continue-as = Continuer en tant que

# Where a policy does not let an account in.
refusal-title = Accès refusé
refusal-lead = Ce compte n’est pas autorisé à se connecter à { $client }.

# Consent.
consent-title = Autoriser l’accès demandé par { $client }
consent-heading = { $client } demande à accéder à votre compte
consent-about = À propos de cette application
consent-identity = Ce que l’application apprend sur vous
consent-resource = Ce que l’application peut faire dans { $resource }
consent-no-scopes = L’application peut y agir en votre nom, sans autorisation particulière.
consent-offline = L’application conserve cet accès lorsque vous ne l’utilisez pas, sans vous le redemander.
consent-next = Dans les deux cas, vous continuerez vers { $host }. N’autorisez que ce à quoi vous vous attendiez.
consent-policy = Ce que l’application fait de vos données
consent-terms = Ses conditions d’utilisation
consent-self-registered = Cette application s’est enregistrée elle-même. Personne ici n’a vérifié son nom ni ce qu’elle dit d’elle-même.
allow = Autoriser
deny = Refuser

# Scopes, each by its name in the protocol.
scope-openid = Savoir qui vous êtes
scope-profile = Voir votre profil : vos noms, votre nom d’utilisateur, votre photo, votre date de naissance, etc.
scope-email = Voir votre adresse e-mail
scope-address = Voir votre adresse postale
scope-phone = Voir votre numéro de téléphone
scope-offline_access = Garder l’accès en votre absence

# Single claims, each by its name in the protocol.
claim-name = Voir votre nom
claim-given_name = Voir votre prénom
claim-family_name = Voir votre nom de famille
claim-middle_name = Voir votre deuxième prénom
claim-nickname = Voir votre surnom
claim-preferred_username = Voir votre nom d’utilisateur
claim-profile = Voir l’adresse de votre page de profil
claim-picture = Voir votre photo
claim-website = Voir l’adresse de votre site web
claim-gender = Voir votre genre
claim-birthdate = Voir votre date de naissance
claim-zoneinfo = Voir votre fuseau horaire
claim-locale = Voir votre langue
claim-updated_at = Voir quand votre profil a été modifié pour la dernière fois
claim-email = Voir votre adresse e-mail
claim-email_verified = Voir si votre adresse e-mail est confirmée
claim-address = Voir votre adresse postale
claim-phone_number = Voir votre numéro de téléphone
claim-phone_number_verified = Voir si votre numéro de téléphone est confirmé

# A request that cannot be answered.
request-broken = Ce lien ne fonctionne pas
request-broken-message = L’application dont vous venez a fait une demande à laquelle il est impossible de répondre. Veuillez y retourner et réessayer, ou prévenir son éditeur.
request-gone = Cette connexion n’est plus en cours
request-gone-message = Elle a pris trop de temps ou a été commencée dans un autre navigateur. Veuillez retourner dans l’application et vous reconnecter.
