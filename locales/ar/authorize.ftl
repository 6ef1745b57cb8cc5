# What is said on behalf of an application: $client is its name.

continue-to = للمتابعة إلى { $client }
returning-to = جارٍ الرجوع إلى { $client }…
returning-hint = إذا لم يحدث شيء، فيمكنك المتابعة بنفسك.
completed-title = سبق الرد
completed-heading = سبق الرد على هذا الطلب
completed-lead = يمكنك المتابعة إلى { $client }، أو إغلاق هذه الصفحة.

select-account = اختيار حساب
continue-as = المتابعة باسم

# Where a policy does not let an account in.
refusal-title = غير مسموح
refusal-lead = لا يُسمح لهذا الحساب بتسجيل الدخول إلى { $client }.

# Consent.
consent-title = السماح لتطبيق { $client } بالوصول
consent-heading = يطلب تطبيق { $client } الوصول إلى حسابك
consent-about = معلومات عن هذا التطبيق
consent-identity = ما يعرفه عنك
consent-resource = ما يُسمح له بفعله في { $resource }
consent-no-scopes = يمكنه التصرف هناك باسمك، من دون السماح بشيء محدد.
consent-offline = يحتفظ بإذن الوصول هذا حتى في غير أوقات استخدامك له، من دون أن يطلبه منك مجددًا.
consent-next = في كلتا الحالتين سيتم نقلك إلى { $host }. يُرجى السماح فقط بما كان طلبه متوقعًا لديك.
consent-policy = ما يفعله ببياناتك
consent-terms = شروط الخدمة الخاصة به
consent-self-registered = سجّل هذا التطبيق نفسه بنفسه. لم يتحقق أحد هنا من اسمه ولا مما يقوله عن نفسه.
allow = السماح
deny = الرفض

# Scopes, each by its name in the protocol.
scope-openid = معرفة هويتك
scope-profile = الاطلاع على ملفك الشخصي: أسمائك واسم المستخدم وصورتك وتاريخ ميلادك وما شابه ذلك
scope-email = الاطلاع على عنوان بريدك الإلكتروني
scope-address = الاطلاع على عنوانك البريدي
scope-phone = الاطلاع على رقم هاتفك
scope-offline_access = البقاء على اتصال أثناء غيابك

# Single claims, each by its name in the protocol.
claim-name = الاطلاع على اسمك
claim-given_name = الاطلاع على اسمك الأول
claim-family_name = الاطلاع على اسم عائلتك
claim-middle_name = الاطلاع على اسمك الأوسط
claim-nickname = الاطلاع على اسم شهرتك
claim-preferred_username = الاطلاع على اسم المستخدم الخاص بك
claim-profile = الاطلاع على عنوان صفحة ملفك الشخصي
claim-picture = الاطلاع على صورتك
claim-website = الاطلاع على عنوان موقعك الإلكتروني
claim-gender = الاطلاع على جنسك
claim-birthdate = الاطلاع على تاريخ ميلادك
claim-zoneinfo = الاطلاع على منطقتك الزمنية
claim-locale = الاطلاع على لغتك
claim-updated_at = الاطلاع على وقت آخر تغيير في ملفك الشخصي
claim-email = الاطلاع على عنوان بريدك الإلكتروني
claim-email_verified = معرفة ما إذا كان عنوان بريدك الإلكتروني مؤكَّدًا
claim-address = الاطلاع على عنوانك البريدي
claim-phone_number = الاطلاع على رقم هاتفك
claim-phone_number_verified = معرفة ما إذا كان رقم هاتفك مؤكَّدًا

# A request that cannot be answered.
request-broken = هذا الرابط لا يعمل
request-broken-message = أرسل التطبيق الذي أحالك إلى هنا طلبًا لا يمكن الرد عليه. يُرجى الرجوع إليه والمحاولة مرة أخرى، أو إبلاغ مطوّريه.
request-gone = لم تعد عملية تسجيل الدخول هذه متاحة
request-gone-message = استغرقت وقتًا أطول من اللازم، أو بدأت في متصفح آخر. يُرجى الرجوع إلى التطبيق وتسجيل الدخول مرة أخرى.
