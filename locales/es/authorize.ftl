# What is said on behalf of an application: $client is its name.

continue-to = para continuar en { $client }
returning-to = Volviendo a { $client }…
returning-hint = Si no ocurre nada, continúa manualmente.
completed-title = Ya respondida
completed-heading = Esta solicitud ya se respondió
completed-lead = Puedes continuar en { $client } o cerrar esta página.

select-account = Elige una cuenta
continue-as = Continuar como

# Where a policy does not let an account in.
refusal-title = No permitido
refusal-lead = Esta cuenta no puede iniciar sesión en { $client }.

# Consent.
consent-title = Permitir que { $client } tenga acceso
consent-heading = { $client } solicita acceso a tu cuenta
consent-about = Acerca de esta aplicación
consent-identity = Qué sabrá de ti
consent-resource = Qué podrá hacer en { $resource }
consent-no-scopes = Podrá actuar allí en tu nombre, sin ningún permiso en particular.
consent-offline = Conserva este acceso cuando no la estás usando, sin volver a pedirte permiso.
consent-next = Elijas lo que elijas, continuarás en { $host }. Permite solo lo que esperabas que te pidieran.
consent-policy = Qué hace con tus datos
consent-terms = Sus condiciones del servicio
consent-self-registered = Esta aplicación se registró por sí misma. Nadie aquí ha comprobado su nombre ni lo que dice de sí misma.
allow = Permitir
deny = Denegar

# Scopes, each by its name in the protocol.
scope-openid = Saber quién eres
scope-profile = Ver tu perfil: tus nombres, nombre de usuario, foto, fecha de nacimiento y datos similares
scope-email = Ver tu dirección de correo electrónico
scope-address = Ver tu dirección postal
scope-phone = Ver tu número de teléfono
scope-offline_access = Mantener la conexión cuando no estás

# Single claims, each by its name in the protocol.
claim-name = Ver tu nombre
claim-given_name = Ver tu nombre de pila
claim-family_name = Ver tus apellidos
claim-middle_name = Ver tu segundo nombre
claim-nickname = Ver tu apodo
claim-preferred_username = Ver tu nombre de usuario
claim-profile = Ver la dirección de tu página de perfil
claim-picture = Ver tu foto
claim-website = Ver la dirección de tu sitio web
claim-gender = Ver tu género
claim-birthdate = Ver tu fecha de nacimiento
claim-zoneinfo = Ver tu zona horaria
claim-locale = Ver tu idioma
claim-updated_at = Ver cuándo cambió tu perfil por última vez
claim-email = Ver tu dirección de correo electrónico
claim-email_verified = Ver si tu dirección de correo electrónico está confirmada
claim-address = Ver tu dirección postal
claim-phone_number = Ver tu número de teléfono
claim-phone_number_verified = Ver si tu número de teléfono está confirmado

# A request that cannot be answered.
request-broken = Este enlace no funciona
request-broken-message = La aplicación que te envió aquí hizo una solicitud que no se puede responder. Vuelve a ella e inténtalo de nuevo, o avisa a sus responsables.
request-gone = Este inicio de sesión ya no está abierto
request-gone-message = Pasó demasiado tiempo o se empezó en otro navegador. Vuelve a la aplicación e inicia sesión de nuevo.
