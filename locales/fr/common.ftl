# What many pages say.

imprint = Scellé par Signet
error-prefix = Erreur :
opens-in-new-tab = (s’ouvre dans un nouvel onglet)
continue = Continuer
cancel = Annuler
back = Retour
try-again = Réessayer
sign-in = Se connecter
sign-out = Se déconnecter
account = Votre compte
use-another-account = Utiliser un autre compte
to-first-page = Aller à la première page

# The languages' page.
language = Langue
language-lead = Les pages et les messages vous sont présentés dans la langue que vous choisissez ici.

# The first page.
home-title = Votre session
welcome = Bienvenue
home-signed-in = Votre session est ouverte
home-signed-out = Aucune session n’est ouverte
home-lead = Les applications vous dirigent ici lorsqu’elles ont besoin de savoir qui vous êtes.
issuer = Émetteur

# Points in time. $count is a whole number from 1 on.
just-now = à l’instant
minutes-ago = { $count ->
    [one] il y a { $count } minute
   *[other] il y a { $count } minutes
}
hours-ago = { $count ->
    [one] il y a { $count } heure
   *[other] il y a { $count } heures
}
days-ago = { $count ->
    [one] il y a { $count } jour
   *[other] il y a { $count } jours
}
# $day is the day of the month, $month one of the names below, $year the year.
date = { $day } { $month } { $year }
date-and-time = { $date } à { $time } UTC
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre

# When a page cannot be shown.
error-detail = Détail
error-status = Statut
error-request = Requête
problem-not-found = Cette page n’existe pas
problem-not-found-message = L’adresse est peut-être incomplète.
problem-method = Cette action n’est pas possible ici
problem-method-message = Cette adresse n’accepte pas les requêtes utilisant cette méthode.
problem-wait = Un instant
problem-busy = Trop de personnes se connectent en ce moment. Veuillez réessayer dans quelques instants.
problem-database = Signet ne parvient pas à joindre sa base de données en ce moment. Veuillez réessayer dans quelques instants.
problem-slow = L’opération a pris trop de temps. Veuillez réessayer dans quelques instants.
problem-ours = Un problème est survenu
problem-ours-message = L’erreur vient de nous. Veuillez réessayer ; si elle persiste, communiquez-nous la référence ci-dessous.
gate-broken = Vous n’êtes pas encore connecté(e)
gate-broken-message = Cette page ne vient pas d’une connexion commencée dans ce navigateur. Veuillez recommencer.
gate-declined = L’accès vous a été refusé
gate-declined-message = La connexion a été annulée, ou votre compte ne peut pas utiliser ce site.
problem-stale = Cette page n’était plus à jour
problem-stale-message = Une connexion ou une déconnexion a peut-être eu lieu entre-temps dans un autre onglet. Rien n’a été modifié.
problem-form = Ce formulaire n’a pas pu être lu
problem-form-message = Veuillez réessayer.
problem-unread = Ces données n’ont pas pu être lues
problem-unread-message = Veuillez revenir en arrière et réessayer.
